import { type AccountConfig, defineAccount } from '../../lib/account-config.ts';

/** Every flag on, as no account need have it, so that all of it is checked. */
export const everything: AccountConfig = defineAccount({
  apiGatewayLogs: true,
  guardDuty: true,
  inspector: true,
  dataEventTrail: true,
  deployFrom: { repository: 'example/gateway', environments: ['dev', 'prod'] },
});
