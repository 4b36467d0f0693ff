// Holds a template against the CloudFormation schema: what would otherwise be found out by a failed deployment.
import { loadAwsServiceSpecSync } from '@aws-cdk/aws-service-spec';
import { type Template, walk } from './template.ts';

const database = loadAwsServiceSpecSync();

function findResourceType(name: string) {
  return database.lookup('resource', 'cloudFormationType', 'equals', name)[0];
}

type Properties = NonNullable<ReturnType<typeof findResourceType>>['properties'];
type PropertyType = Properties[string]['type'];

/** All objections to a template, each beginning with where; none for a template that CloudFormation would take. */
export function objectionsTo(template: Template): string[] {
  const resources = Object.entries(template.Resources).flatMap(([id, { Type, Properties }]) => {
    // Whatever the function behind it takes, and that is all that CloudFormation asks for.
    if (Type.startsWith('Custom::')) return 'ServiceToken' in Properties ? [] : [`${id}: no ServiceToken`];
    const schema = findResourceType(Type);
    if (schema === undefined) return [`${id}: there is no type ${Type}`];
    return objectionsToObject(Properties, schema.properties, id);
  });
  return [...resources, ...objectionsToReferences(template)];
}

function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isIntrinsic(value: unknown): boolean {
  if (!isObject(value)) return false;
  const [key, another] = Object.keys(value);
  return another === undefined && (key === 'Ref' || (key?.startsWith('Fn::') ?? false));
}

function objectionsToObject(value: unknown, properties: Properties, path: string): string[] {
  if (!isObject(value)) return [`${path}: expected an object`];
  const missing = Object.entries(properties)
    .filter(([name, { required }]) => required === true && value[name] === undefined)
    .map(([name]) => `${path}.${name}: is required`);
  const wrong = Object.entries(value).flatMap(([name, child]) => {
    const property = properties[name];
    if (property === undefined) return [`${path}.${name}: there is no such property`];
    return objectionsToValue(child, property.type, `${path}.${name}`);
  });
  return [...missing, ...wrong];
}

function objectionsToValue(value: unknown, type: PropertyType, path: string): string[] {
  if (isIntrinsic(value)) return [];
  switch (type.type) {
    case 'union':
      return fewest(type.types.map((alternative) => objectionsToValue(value, alternative, path)));
    case 'array':
      if (!Array.isArray(value)) return [`${path}: expected a list`];
      return value.flatMap((element, index) => objectionsToValue(element, type.element, `${path}[${index}]`));
    case 'map':
      if (!isObject(value)) return [`${path}: expected a map`];
      return Object.entries(value).flatMap(([key, child]) => objectionsToValue(child, type.element, `${path}.${key}`));
    case 'ref':
      return objectionsToObject(value, database.get('typeDefinition', type.reference.$ref).properties, path);
    case 'tag':
      return isObject(value) && 'Key' in value && 'Value' in value ? [] : [`${path}: expected a tag`];
    case 'string':
      if (typeof value !== 'string') return [`${path}: expected a string`];
      return type.allowedValues?.includes(value) === false ? [`${path}: ${value} is not allowed`] : [];
    default:
      return isScalar(value, type.type) ? [] : [`${path}: expected ${type.type}`];
  }
}

type ScalarType = Exclude<PropertyType['type'], 'union' | 'array' | 'map' | 'ref' | 'tag' | 'string'>;

function isScalar(value: unknown, type: ScalarType): boolean {
  switch (type) {
    case 'integer':
      return Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'date-time':
      return typeof value === 'string';
    case 'json':
      return value !== null;
    case 'null':
      return value === null;
  }
}

/** Of a union, what the nearest alternative objects to: that tells most about the mistake. */
function fewest(alternatives: readonly string[][]): string[] {
  return alternatives.reduce((best, next) => (next.length < best.length ? next : best));
}

function objectionsToReferences(template: Template): string[] {
  const objections = [...walk(template)].filter(isObject).flatMap((node) => {
    const { Ref: ref, 'Fn::GetAtt': getAtt, 'Fn::Sub': sub } = node;
    if (typeof ref === 'string') return objectionsToRef(template, ref);
    if (Array.isArray(getAtt)) return objectionsToGetAtt(template, String(getAtt[0]), getAtt.slice(1).join('.'));
    if (typeof sub === 'string') return objectionsToSub(template, sub);
    return [];
  });
  const dependencies = Object.entries(template.Resources).flatMap(([id, { DependsOn = [] }]) =>
    [DependsOn].flat().flatMap((on) => (on in template.Resources ? [] : [`${id}: depends on ${on}, which is nowhere`])),
  );
  return [...objections, ...dependencies];
}

function objectionsToRef(template: Template, name: string): string[] {
  const isKnown = name.startsWith('AWS::') || name in template.Resources || name in template.Parameters;
  return isKnown ? [] : [`Ref ${name}: there is no such resource or parameter`];
}

function objectionsToGetAtt(template: Template, id: string, attribute: string): string[] {
  const resource = template.Resources[id];
  if (resource === undefined) return [`GetAtt ${id}.${attribute}: there is no such resource`];
  const schema = findResourceType(resource.Type);
  const isKnown = schema !== undefined && attribute in schema.attributes;
  return isKnown ? [] : [`GetAtt ${id}.${attribute}: ${resource.Type} has no such attribute`];
}

function objectionsToSub(template: Template, text: string): string[] {
  return [...text.matchAll(/\$\{([^!}][^}]*)\}/g)].flatMap(([, name = '']) => {
    const [id = '', ...attribute] = name.split('.');
    if (attribute.length === 0) return objectionsToRef(template, id);
    return objectionsToGetAtt(template, id, attribute.join('.'));
  });
}
