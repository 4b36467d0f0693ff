/** One number, or the two of a distribution, and where it stands in the report. */
export interface Figure {
  /** With its unit: `CPU per request, ms`. */
  readonly table: string;
  readonly row: string;
  readonly column: string;
  readonly value: number | { readonly p50: number; readonly p99: number };
}

/** What the design asks for, and whether this run reached it. */
export interface Goal {
  readonly name: string;
  readonly measured: string;
  readonly limit: string;
  readonly reached: boolean;
}

export interface Section {
  readonly figures: readonly Figure[];
  readonly goals: readonly Goal[];
}

/** Three digits that mean something, at any size. */
function formatNumber(value: number): string {
  if (Number.isNaN(value)) return '-';
  if (Math.abs(value) >= 100) return value.toFixed(0);
  return value.toFixed(Math.abs(value) >= 10 ? 1 : 2);
}

function formatValue(value: Figure['value']): string {
  return typeof value === 'number' ? formatNumber(value) : `${formatNumber(value.p50)} / ${formatNumber(value.p99)}`;
}

function formatGrid(grid: readonly (readonly string[])[]): string {
  const widths = (grid[0] ?? []).map((_, column) => Math.max(...grid.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((text, column) => (column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0)));
  return grid.map((row) => `  ${line(row).join('  ').trimEnd()}`).join('\n');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}

function formatTable(title: string, figures: readonly Figure[]): string {
  const columns = unique(figures.map(({ column }) => column));
  const rows = unique(figures.map(({ row }) => row)).map((row) => {
    const find = (column: string) => figures.find((figure) => figure.row === row && figure.column === column);
    return [row, ...columns.map((column) => formatValue(find(column)?.value ?? Number.NaN))];
  });
  return `${title}\n${formatGrid([['', ...columns], ...rows])}`;
}

export function formatFigures(figures: readonly Figure[]): string {
  return unique(figures.map(({ table }) => table))
    .map((title) =>
      formatTable(
        title,
        figures.filter(({ table }) => table === title),
      ),
    )
    .join('\n\n');
}

export function formatGoals(goals: readonly Goal[]): string {
  const rows = goals.map(({ name, measured, limit, reached }) => [
    name,
    measured,
    limit,
    reached ? 'reached' : 'MISSED',
  ]);
  return `Goals\n${formatGrid([['', 'measured', 'reach', ''], ...rows])}`;
}

/** A figure that must not exceed `limit`. */
export function atMost(name: string, value: number, limit: number, unit: string): Goal {
  return {
    name,
    measured: `${formatNumber(value)} ${unit}`,
    limit: `<= ${formatNumber(limit)} ${unit}`,
    reached: value <= limit,
  };
}

/** A figure that must not fall below `limit`. */
export function atLeast(name: string, value: number, limit: number, unit: string): Goal {
  return {
    name,
    measured: `${formatNumber(value)} ${unit}`,
    limit: `>= ${formatNumber(limit)} ${unit}`,
    reached: value >= limit,
  };
}
