// READ FIRST: everything that a deployment consists of, and who may touch what.
import { CfnOutput, Duration, Stack, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledgeFindings, gatewayAcknowledgements } from './acknowledgements.ts';
import { AuditLog } from './constructs/audit-log.ts';
import { AuditTable } from './constructs/audit-table.ts';
import { grantBedrock } from './constructs/bedrock-models.ts';
import { EnvelopeKey } from './constructs/envelope-key.ts';
import { GatewayApi } from './constructs/gateway-api.ts';
import { GatewayFunction } from './constructs/gateway-function.ts';
import { KeysTable } from './constructs/keys-table.ts';
import { LeaseSweeper } from './constructs/lease-sweeper.ts';
import { LedgerTable } from './constructs/ledger-table.ts';
import { Observability } from './constructs/observability.ts';
import { OperationsKey } from './constructs/operations-key.ts';
import { RotatedKey } from './constructs/rotated-key.ts';
import { UsageFolder } from './constructs/usage-folder.ts';
import { UsageTable } from './constructs/usage-table.ts';
import { WebAcl } from './constructs/web-acl.ts';
import type { StageConfig } from './stage-config.ts';

/** What the functions of a stage share. */
interface Foundation {
  readonly stage: StageConfig;
  readonly operationsKey: OperationsKey;
  readonly envelopeKey: EnvelopeKey;
  readonly keys: KeysTable;
  readonly ledger: LedgerTable;
  readonly usage: UsageTable;
  readonly audit: AuditTable;
}

/** One stage of the gateway: `portcullis-<stage>`. Names are generated, so one account can hold any number of them. */
export class GatewayStack extends Stack {
  constructor(scope: Construct, stage: StageConfig) {
    super(scope, `portcullis-${stage.name}`, {
      description: `Portcullis, an LLM API gateway: stage ${stage.name}`,
      env: { region: stage.region },
      terminationProtection: stage.retainData,
    });
    Tags.of(this).add('application', 'portcullis');
    Tags.of(this).add('stage', stage.name);

    const foundation = this.addData(stage);
    const proxy = this.addProxy(foundation);
    const admin = this.addAdmin(foundation);
    const management = this.addManagement(foundation);

    const { operationsKey: key, ledger, usage } = foundation;
    const { sweeper } = new LeaseSweeper(this, 'LeaseSweeper', { stage, key, ledger, usage });
    new UsageFolder(this, 'UsageFolder', { stage, key, ledger, usage });
    const api = new GatewayApi(this, 'Api', { stage, proxy, admin, management, key });
    new WebAcl(this, 'WebAcl', { stage, stageArn: api.stageArn, key });
    new Observability(this, 'Observability', { stage, key, proxy, sweeper });

    new CfnOutput(this, 'ApiUrl', { description: 'base_url of an OpenAI SDK', value: `${api.url}/v1` });
    new CfnOutput(this, 'AdminUrl', { description: 'What the operator CLI calls', value: `${api.url}/admin` });
    acknowledgeFindings(this, gatewayAcknowledgements);
  }

  /** Encryption keys, apart by what they protect, and the tables and logs under them. */
  private addData(stage: StageConfig): Foundation {
    const { retainData } = stage;
    const operationsKey = new OperationsKey(this, 'OperationsKey', { retainData });
    const tablesKey = new RotatedKey(this, 'TablesKey', { description: 'Portcullis: tables', retainData });
    const envelopeKey = new EnvelopeKey(this, 'EnvelopeKey', {
      retainData,
      retiredKeyArns: stage.retiredEnvelopeKeyArns,
    });

    const table = { key: tablesKey, retainData };
    const keys = new KeysTable(this, 'Keys', table);
    const audit = new AuditTable(this, 'Audit', table);
    const ledger = new LedgerTable(this, 'Ledger', table);
    const usage = new UsageTable(this, 'Usage', table);
    new AuditLog(this, 'AuditLog', { stage, key: operationsKey });
    return { stage, operationsKey, envelopeKey, keys, ledger, usage, audit };
  }

  private addProxy({ stage, operationsKey, envelopeKey, keys, ledger, usage }: Foundation): GatewayFunction {
    const proxy = new GatewayFunction(this, 'Proxy', {
      handler: 'proxy',
      description: 'Data plane: checks the key, forwards, streams back',
      timeout: Duration.minutes(15),
      stage,
      key: operationsKey,
      splits: true,
    });
    grantBedrock(proxy, stage);
    keys.grantRead(proxy);
    ledger.grantReserve(proxy);
    usage.grantRecord(proxy);
    envelopeKey.grantOpen(proxy, 'provider-credential');
    return proxy;
  }

  private addAdmin({ stage, operationsKey, envelopeKey, keys, ledger, audit }: Foundation): GatewayFunction {
    const admin = new GatewayFunction(this, 'Admin', {
      handler: 'admin',
      description: 'Operator routes: accounts, first keys, provider credentials, re-wrapping, prices',
      timeout: Duration.seconds(30),
      stage,
      key: operationsKey,
      needsRequire: true,
    });
    keys.grantAdminister(admin);
    ledger.grantManage(admin);
    audit.grantAppend(admin, true);
    envelopeKey.grantSeal(admin, 'provider-credential');
    envelopeKey.grantRewrap(admin);
    return admin;
  }

  private addManagement({
    stage,
    operationsKey,
    envelopeKey,
    keys,
    ledger,
    usage,
    audit,
  }: Foundation): GatewayFunction {
    const management = new GatewayFunction(this, 'Management', {
      handler: 'management',
      description: 'Management plane: an account, its members, keys, credentials and usage',
      timeout: Duration.seconds(30),
      stage,
      key: operationsKey,
      needsRequire: true,
    });
    keys.grantManage(management);
    ledger.grantManage(management);
    usage.grantReport(management);
    audit.grantAppend(management);
    audit.grantRead(management);
    envelopeKey.grantSeal(management, 'provider-credential');
    envelopeKey.grantSeal(management, 'virtual-key');
    envelopeKey.grantOpen(management, 'virtual-key');
    return management;
  }
}
