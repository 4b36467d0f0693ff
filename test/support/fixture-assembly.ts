import { mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export interface FixtureFunction {
  /** The text of index.mjs, which exports `handler`. */
  readonly source: string;
  readonly timeoutSeconds?: number;
  readonly memoryMb?: number;
  readonly variables?: Readonly<Record<string, unknown>>;
}

export interface FixtureRoute {
  /** One path segment, or `{proxy+}` behind it: `/name/{proxy+}`. */
  readonly segment: string;
  readonly functionId: string;
  readonly mode?: 'STREAM' | 'BUFFERED';
  readonly authorization?: 'NONE' | 'AWS_IAM';
  readonly timeoutMs?: number;
}

export interface FixtureStack {
  readonly functions: Readonly<Record<string, FixtureFunction>>;
  readonly routes: readonly FixtureRoute[];
  /** Further resources, by logical id. */
  readonly resources?: Readonly<Record<string, unknown>>;
}

export const getAtt = (logicalId: string, attribute: string) => ({ 'Fn::GetAtt': [logicalId, attribute] });
export const ref = (logicalId: string) => ({ Ref: logicalId });

/** The template of a small stack, written by hand as the CDK would have synthesized it. */
function fixtureTemplate({ functions, routes, resources = {} }: FixtureStack) {
  return {
    Resources: {
      Api: { Type: 'AWS::ApiGateway::RestApi', Properties: { BinaryMediaTypes: ['*/*'] } },
      Stage: {
        Type: 'AWS::ApiGateway::Stage',
        Properties: {
          RestApiId: ref('Api'),
          StageName: 'live',
          AccessLogSetting: {
            DestinationArn: getAtt('AccessLog', 'Arn'),
            Format: '{"id":"$context.requestId","status":"$context.status","bytes":"$context.responseLength"}',
          },
        },
      },
      AccessLog: { Type: 'AWS::Logs::LogGroup', Properties: {} },
      ...Object.fromEntries(Object.entries(functions).map(([id, fn]) => [id, functionResource(id, fn)])),
      ...Object.fromEntries(routes.flatMap((route, index) => routeResources(route, index))),
      ...resources,
    },
  };
}

function functionResource(id: string, { timeoutSeconds = 10, memoryMb = 128, variables = {} }: FixtureFunction) {
  return {
    Type: 'AWS::Lambda::Function',
    Properties: {
      Runtime: 'nodejs24.x',
      Handler: 'index.handler',
      Timeout: timeoutSeconds,
      MemorySize: memoryMb,
      Code: { S3Bucket: { 'Fn::Join': ['-', ['assets', { Ref: 'AWS::AccountId' }]] }, S3Key: `${id}.zip` },
      Environment: { Variables: variables },
    },
  };
}

function routeResources(route: FixtureRoute, index: number): [string, unknown][] {
  const mode = route.mode ?? 'STREAM';
  const action = mode === 'STREAM' ? 'response-streaming-invocations' : 'invocations';
  const method = {
    Type: 'AWS::ApiGateway::Method',
    Properties: {
      HttpMethod: 'ANY',
      ResourceId: ref(`Proxy${index}`),
      AuthorizationType: route.authorization ?? 'NONE',
      Integration: {
        Type: 'AWS_PROXY',
        Uri: { 'Fn::Join': ['', ['arn:aws:apigateway:x:lambda:path/', getAtt(route.functionId, 'Arn'), `/${action}`]] },
        ResponseTransferMode: mode,
        ...(route.timeoutMs && { TimeoutInMillis: route.timeoutMs }),
      },
    },
  };
  const pathResource = (ParentId: unknown, PathPart: string) => ({
    Type: 'AWS::ApiGateway::Resource',
    Properties: { ParentId, PathPart, RestApiId: ref('Api') },
  });
  return [
    [`Path${index}`, pathResource(getAtt('Api', 'RootResourceId'), route.segment)],
    [`Proxy${index}`, pathResource(ref(`Path${index}`), '{proxy+}')],
    [`Method${index}`, method],
  ];
}

/** Writes a cloud assembly of one stack named `fixture`, and answers with its folder. */
export async function writeFixtureAssembly(stack: FixtureStack): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'portcullis-assembly-'));
  const files: Record<string, unknown> = {};
  for (const [id, { source }] of Object.entries(stack.functions)) {
    await mkdir(join(folder, `asset.${id}`));
    await writeFile(join(folder, `asset.${id}`, 'index.mjs'), source);
    files[id] = { source: { path: `asset.${id}` }, destinations: { current: { objectKey: `${id}.zip` } } };
  }
  const artifacts = {
    'fixture.assets': { type: 'cdk:asset-manifest', properties: { file: 'fixture.assets.json' } },
    fixture: { type: 'aws:cloudformation:stack', properties: { templateFile: 'fixture.template.json' } },
  };
  await writeFile(join(folder, 'manifest.json'), JSON.stringify({ artifacts }));
  await writeFile(join(folder, 'fixture.assets.json'), JSON.stringify({ files }));
  await writeFile(join(folder, 'fixture.template.json'), JSON.stringify(fixtureTemplate(stack)));
  return folder;
}
