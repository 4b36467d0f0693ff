import { DescribeTimeToLiveCommand, UpdateTimeToLiveCommand } from '@aws-sdk/client-dynamodb';
import { describe, expect, it } from 'vitest';
import { type Connection, refusalOf } from './connection.ts';

export function describeTimeToLive(current: () => Connection): void {
  describe('time to live', () => {
    const set = (AttributeName: string, Enabled: boolean) =>
      current().client.send(
        new UpdateTimeToLiveCommand({
          TableName: current().table,
          TimeToLiveSpecification: { AttributeName, Enabled },
        }),
      );
    const describeIt = async () => {
      const command = new DescribeTimeToLiveCommand({ TableName: current().table });
      return (await current().client.send(command)).TimeToLiveDescription;
    };

    it('is off until it is turned on, once', async () => {
      expect(await describeIt()).toEqual({ TimeToLiveStatus: 'DISABLED' });
      const answer = await set('expires_at', true);
      expect(answer.TimeToLiveSpecification).toEqual({ AttributeName: 'expires_at', Enabled: true });
      expect(await describeIt()).toMatchObject({ AttributeName: 'expires_at' });
      expect((await refusalOf(set('expires_at', true))).name).toBe('ValidationException');
    });
  });
}
