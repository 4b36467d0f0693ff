/** A map that forgets what was kept longest ago, once there are too many. */
export interface Recent<Value> {
  get(name: string): Value | undefined;
  keep(name: string, value: Value): void;
  drop(name: string): void;
}

export function createRecent<Value>(maxEntries: number): Recent<Value> {
  const map = new Map<string, Value>();
  return {
    get: (name) => map.get(name),
    drop: (name) => void map.delete(name),
    keep(name, value) {
      map.delete(name);
      map.set(name, value);
      const [oldest] = map.keys();
      if (map.size > maxEntries && oldest !== undefined) map.delete(oldest);
    },
  };
}
