import {
  BasePathMapping,
  DomainName,
  EndpointAccessMode,
  EndpointType,
  type RestApi,
  SecurityPolicy,
} from 'aws-cdk-lib/aws-apigateway';
import { Certificate, CertificateValidation, type ICertificate } from 'aws-cdk-lib/aws-certificatemanager';
import { ARecord, HostedZone, type IHostedZone, RecordTarget } from 'aws-cdk-lib/aws-route53';
import { ApiGatewayDomain } from 'aws-cdk-lib/aws-route53-targets';
import { Bucket } from 'aws-cdk-lib/aws-s3';
import { Construct } from 'constructs';
import type { DomainConfig } from '../domain-config.ts';

export interface ApiDomainProps {
  readonly domain: DomainConfig;
  readonly api: RestApi;
  /** Of the API itself, which governs the handshake; the domain says the same where it can. */
  readonly securityPolicy: SecurityPolicy;
}

/** A host name that leads to the API, without the stage's name in its paths. */
export class ApiDomain extends Construct {
  constructor(scope: Construct, id: string, { domain, api, securityPolicy }: ApiDomainProps) {
    super(scope, id);
    const { name, hostedZone, mutualTls } = domain;
    const zone =
      hostedZone &&
      HostedZone.fromHostedZoneAttributes(this, 'Zone', { hostedZoneId: hostedZone.id, zoneName: hostedZone.name });
    const domainName = new DomainName(this, 'Name', {
      domainName: name,
      certificate: this.certificateOf(domain, zone),
      endpointType: EndpointType.REGIONAL,
      ...(mutualTls ? this.mutual(mutualTls) : { securityPolicy, endpointAccessMode: EndpointAccessMode.STRICT }),
    });
    new BasePathMapping(this, 'Mapping', { domainName, restApi: api, stage: api.deploymentStage });
    if (zone === undefined) return;
    const target = RecordTarget.fromAlias(new ApiGatewayDomain(domainName));
    new ARecord(this, 'Record', { zone, recordName: name, target });
  }

  private certificateOf({ name, certificateArn }: DomainConfig, zone: IHostedZone | undefined): ICertificate {
    if (certificateArn !== undefined) return Certificate.fromCertificateArn(this, 'Certificate', certificateArn);
    const validation = CertificateValidation.fromDns(zone);
    return new Certificate(this, 'Certificate', { domainName: name, validation });
  }

  /** API Gateway offers client certificates under its older policies alone; this one takes TLS 1.2 and 1.3. */
  private mutual({ truststore, version }: NonNullable<DomainConfig['mutualTls']>) {
    const { hostname, pathname } = new URL(truststore);
    const bucket = Bucket.fromBucketName(this, 'Truststore', hostname);
    return { securityPolicy: SecurityPolicy.TLS_1_2, mtls: { bucket, key: pathname.slice(1), version } };
  }
}
