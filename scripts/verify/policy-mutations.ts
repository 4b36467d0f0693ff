// Ways to write a statement wrongly by one step, either way: each must be noticed, or the table of permissions does not
// say enough.
import type { PolicyStatement } from '../../local/template/permission-model.ts';

export interface Mutation {
  readonly what: string;
  readonly statement: PolicyStatement;
}

function replaceAt<Item>(items: readonly Item[], index: number, by: readonly Item[]): Item[] {
  return items.flatMap((item, place) => (place === index ? by : [item]));
}

/** The statement with one thing more allowed. */
export function widen(statement: PolicyStatement): Mutation[] {
  const { Action, Resource } = statement;
  const actions = Action.flatMap((action, index) =>
    ['*', `${action.split(':')[0]}:*`].map((wider) => ({
      what: `${action} becomes ${wider}`,
      statement: { ...statement, Action: replaceAt(Action, index, [wider]) },
    })),
  );
  const resources = Resource.flatMap((resource, index) =>
    resource === '*'
      ? []
      : ['*', resource.replace(/[^:/]+(:\*)?$/, '*')].map((wider) => ({
          what: `${resource} becomes ${wider}`,
          statement: { ...statement, Resource: replaceAt(Resource, index, [wider]) },
        })),
  );
  return [...actions, ...resources, ...withoutConditions(statement), ...withAnyValue(statement)];
}

function withoutConditions(statement: PolicyStatement): Mutation[] {
  const { Condition } = statement;
  const operators = Object.entries(Condition);
  const keys = operators.flatMap(([operator, byKey]) =>
    Object.keys(byKey).map((key) => {
      const { [key]: _, ...rest } = byKey;
      return {
        what: `${operator} of ${key} is left out`,
        statement: { ...statement, Condition: { ...Condition, [operator]: rest } },
      };
    }),
  );
  const all = { what: 'every condition is left out', statement: { ...statement, Condition: {} } };
  return operators.length === 0 ? [] : [...keys, all];
}

/** Where a text is compared, any text will do. */
function withAnyValue(statement: PolicyStatement): Mutation[] {
  const { Condition } = statement;
  return Object.entries(Condition).flatMap(([operator, byKey]) => {
    if (!/String(Equals|Like)$/.test(operator)) return [];
    const like = operator.replace('StringEquals', 'StringLike');
    const { [operator]: _, ...others } = Condition;
    return Object.keys(byKey).map((key) => ({
      what: `${operator} of ${key} takes anything`,
      statement: { ...statement, Condition: { ...others, [like]: { ...byKey, [key]: ['*'] } } },
    }));
  });
}

/** The statement with one thing less allowed; undefined where nothing is left of it. */
export function narrow(statement: PolicyStatement): { what: string; statement: PolicyStatement | undefined }[] {
  const { Action, Resource, Condition } = statement;
  const without = (part: 'Action' | 'Resource', items: readonly string[]) =>
    items.map((item, index) => {
      const rest = replaceAt(items, index, []);
      return { what: `${item} is left out`, statement: rest.length === 0 ? undefined : { ...statement, [part]: rest } };
    });
  const values = Object.entries(Condition).flatMap(([operator, byKey]) =>
    Object.entries(byKey).flatMap(([key, all]) =>
      all.length < 2
        ? []
        : all.map((value, index) => ({
            what: `${value} of ${key} is left out`,
            statement: {
              ...statement,
              Condition: { ...Condition, [operator]: { ...byKey, [key]: replaceAt(all, index, []) } },
            },
          })),
    ),
  );
  return [...without('Action', Action), ...without('Resource', Resource), ...values];
}
