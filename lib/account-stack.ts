import { Stack, Tags } from 'aws-cdk-lib/core';
import type { Construct } from 'constructs';
import type { AccountConfig } from './account-config.ts';
import { accountAcknowledgements, acknowledgeFindings } from './acknowledgements.ts';
import { ApiGatewayLogRole } from './constructs/api-gateway-log-role.ts';
import { DataEventTrail } from './constructs/data-event-trail.ts';
import { DeliveryRoles } from './constructs/delivery-roles.ts';
import { RotatedKey } from './constructs/rotated-key.ts';
import { GuardDutyDetector, InspectorScans } from './constructs/threat-detection.ts';

export interface AccountStackProps {
  readonly region: string;
  readonly config: AccountConfig;
}

/** What exists once per account and region, so it is in no stage. lib/account-config.ts says which of it. */
export class AccountStack extends Stack {
  constructor(scope: Construct, { region, config }: AccountStackProps) {
    super(scope, `portcullis-account-${region}`, {
      description: 'Portcullis: what an account and region has once',
      env: { region },
    });
    Tags.of(this).add('application', 'portcullis');

    if (config.apiGatewayLogs) new ApiGatewayLogRole(this, 'ApiGatewayLogs');
    if (config.guardDuty) new GuardDutyDetector(this, 'GuardDuty');
    if (config.inspector) new InspectorScans(this, 'Inspector');
    if (config.dataEventTrail) {
      const key = new RotatedKey(this, 'TrailKey', {
        description: 'Portcullis: the trail of data events',
        retainData: true,
      });
      new DataEventTrail(this, 'DataEvents', { key });
    }
    if (config.deployFrom !== undefined) new DeliveryRoles(this, 'Delivery', config.deployFrom);
    acknowledgeFindings(this, accountAcknowledgements(config));
  }
}
