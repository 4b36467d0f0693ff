// READ FIRST: everything that a deployment consists of, and who may touch what.
import { CfnOutput, Duration, Stack, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import { acknowledgeFindings, gatewayAcknowledgements } from './acknowledgements.ts';
import { AuditLog } from './constructs/audit-log.ts';
import { AuditTable } from './constructs/audit-table.ts';
import { EnvelopeKey } from './constructs/envelope-key.ts';
import { GatewayApi } from './constructs/gateway-api.ts';
import { GatewayFunction } from './constructs/gateway-function.ts';
import { KeysTable } from './constructs/keys-table.ts';
import { LedgerTable } from './constructs/ledger-table.ts';
import { OperationsKey } from './constructs/operations-key.ts';
import { RotatedKey } from './constructs/rotated-key.ts';
import { UsageTable } from './constructs/usage-table.ts';
import { WebAcl } from './constructs/web-acl.ts';
import type { StageConfig } from './stage-config.ts';

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
    const { retainData } = stage;

    // Keys, apart by what they protect.
    const operationsKey = new OperationsKey(this, 'OperationsKey', { retainData });
    const tablesKey = new RotatedKey(this, 'TablesKey', { description: 'Portcullis: tables', retainData });
    const envelopeKey = new EnvelopeKey(this, 'EnvelopeKey', { retainData });

    // Data.
    const table = { key: tablesKey, retainData };
    const keys = new KeysTable(this, 'Keys', table);
    const audit = new AuditTable(this, 'Audit', table);
    new LedgerTable(this, 'Ledger', table);
    new UsageTable(this, 'Usage', table);
    new AuditLog(this, 'AuditLog', { stage, key: operationsKey });

    // What runs, and what each may do.
    const proxy = new GatewayFunction(this, 'Proxy', {
      handler: 'proxy',
      description: 'Data plane: checks the key, forwards, streams back',
      timeout: Duration.minutes(15),
      stage,
      key: operationsKey,
    });
    keys.grantRead(proxy);
    envelopeKey.grantOpen(proxy);

    const admin = new GatewayFunction(this, 'Admin', {
      handler: 'admin',
      description: 'Operator routes: accounts, first keys, provider credentials',
      timeout: Duration.seconds(30),
      stage,
      key: operationsKey,
      needsRequire: true,
    });
    keys.grantManage(admin);
    audit.grantAppend(admin);
    envelopeKey.grantSeal(admin);

    // The way in.
    const api = new GatewayApi(this, 'Api', { stage, proxy, admin, key: operationsKey });
    new WebAcl(this, 'WebAcl', { stage, stageArn: api.stageArn, key: operationsKey });

    new CfnOutput(this, 'ApiUrl', { description: 'base_url of an OpenAI SDK', value: `${api.url}/v1` });
    new CfnOutput(this, 'AdminUrl', { description: 'What the operator CLI calls', value: `${api.url}/admin` });
    acknowledgeFindings(this, gatewayAcknowledgements);
  }
}
