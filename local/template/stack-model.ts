import type { KeyDefinition } from '../kms/key-definition.ts';
import type { BucketDefinition } from '../s3/bucket-definition.ts';
import { type ApiModel, readApiModel } from './api-model.ts';
import type { StackAssembly } from './cloud-assembly.ts';
import { type FunctionModel, readFunctionModels } from './function-model.ts';
import { type FunctionPermissions, readFunctionPermissions } from './permission-model.ts';
import { openStackResources } from './stack-resources.ts';
import {
  readBucketModels,
  readKeyModels,
  readLogGroupNames,
  readTableAccess,
  readTableModels,
  type TableAccess,
  type TableModel,
} from './store-model.ts';
import {
  readScheduleModels,
  readStreamMappingModels,
  type ScheduleModel,
  type StreamMappingModel,
} from './trigger-model.ts';
import { readWebAclModel, type WebAclModel } from './web-acl-model.ts';

/** Everything of the synthesized stack that the local runner acts on. */
export interface StackModel {
  readonly stackName: string;
  readonly api: ApiModel;
  readonly webAcl: WebAclModel | undefined;
  readonly functions: readonly FunctionModel[];
  readonly permissions: readonly FunctionPermissions[];
  readonly tables: readonly TableModel[];
  readonly tableAccess: readonly TableAccess[];
  readonly keys: readonly KeyDefinition[];
  readonly buckets: readonly BucketDefinition[];
  readonly logGroups: readonly string[];
  readonly schedules: readonly ScheduleModel[];
  readonly streamMappings: readonly StreamMappingModel[];
}

/**
 * Reads the model of a stack from its template.
 * @throws UnresolvableTemplateError, or an Error that names the resource, for what cannot run locally.
 */
export function readStackModel(assembly: StackAssembly): StackModel {
  const resources = openStackResources(assembly);
  const api = readApiModel(resources);
  const schedules = readScheduleModels(resources);
  const streamMappings = readStreamMappingModels(resources);
  const invoked = new Set([...api.routes, ...schedules, ...streamMappings].map(({ functionName }) => functionName));
  return {
    stackName: assembly.stackName,
    api,
    webAcl: readWebAclModel(resources),
    functions: readFunctionModels(resources, invoked),
    permissions: readFunctionPermissions(resources, invoked),
    tables: readTableModels(resources),
    tableAccess: readTableAccess(resources),
    keys: readKeyModels(resources),
    buckets: readBucketModels(resources),
    logGroups: readLogGroupNames(resources),
    schedules,
    streamMappings,
  };
}
