/** Rows that can be sorted by any column that says so. A real table: caption, headers with their scope, sort in words. */
import {
  type Cell,
  type ColumnDef,
  createSortedRowModel,
  rowSortingFeature,
  sortFns,
  tableFeatures,
  useTable,
} from '@tanstack/react-table';
import type { ReactNode } from 'react';
import { useText } from '../i18n/language.tsx';

const features = tableFeatures({
  rowSortingFeature,
  sortedRowModel: createSortedRowModel(),
  sortFns,
});

export type Column<Row extends object> = ColumnDef<typeof features, Row, unknown> & {
  readonly meta?: {
    /** Numbers stand right, so that digits line up. */
    readonly align?: 'end';
    /** Names the row: read out with each of its cells. */
    readonly isRowHeader?: true;
    /** Left out where there is little room. */
    readonly isMinor?: true;
  };
};

export interface DataTableProps<Row extends object> {
  /** What it is a table of; for screen readers unless `hasCaption`. */
  readonly caption: string;
  readonly hasCaption?: boolean;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  /** Stays the same when rows come and go. */
  readonly idOf: (row: Row) => string;
  /** In the place of rows when there are none. */
  readonly empty?: ReactNode;
}

export function DataTable<Row extends object>(props: DataTableProps<Row>) {
  const { caption, hasCaption = false, columns, rows, idOf, empty } = props;
  const t = useText();
  const table = useTable({
    features,
    columns: columns as Column<Row>[],
    data: rows as Row[],
    getRowId: idOf,
    enableSortingRemoval: false,
  });
  if (rows.length === 0 && empty) return empty;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reachable by keyboard
    // biome-ignore lint/a11y/useSemanticElements: a fieldset is of a form, and another landmark would be one too many
    <div className="table-scroll" role="group" tabIndex={0} aria-label={caption}>
      <table className="table">
        <caption className={hasCaption ? '' : 'unseen'}>{caption}</caption>
        <thead>
          {table.getHeaderGroups().map((group) => (
            <tr key={group.id}>
              {group.headers.map((header) => {
                const { column } = header;
                const sorted = column.getIsSorted();
                const { align, isMinor } = (column.columnDef as Column<Row>).meta ?? {};
                return (
                  <th
                    key={header.id}
                    scope="col"
                    className={classesOf(align, isMinor)}
                    aria-sort={sorted === 'asc' ? 'ascending' : sorted === 'desc' ? 'descending' : undefined}
                  >
                    {column.getCanSort() ? (
                      <button type="button" onClick={column.getToggleSortingHandler()}>
                        <table.FlexRender header={header} />
                        <span className="sort" aria-hidden="true">
                          {sorted === 'asc' ? '↑' : sorted === 'desc' ? '↓' : '↕'}
                        </span>
                        <span className="unseen">{t('ui.sort')}</span>
                      </button>
                    ) : (
                      <table.FlexRender header={header} />
                    )}
                  </th>
                );
              })}
            </tr>
          ))}
        </thead>
        <tbody>
          {table.getRowModel().rows.map((row) => (
            <tr key={row.id}>
              {row.getAllCells().map((cell) => {
                const { align, isRowHeader, isMinor } = (cell.column.columnDef as Column<Row>).meta ?? {};
                const Element = isRowHeader ? 'th' : 'td';
                const className = classesOf(align, isMinor);
                return (
                  <Element key={cell.id} {...(isRowHeader && { scope: 'row' })} className={className}>
                    {draw(cell)}
                  </Element>
                );
              })}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/**
 * Drawn by a call, not as a component of its own: columns are made anew with most renders, and what is in a cell, the focus with it, would be
 * thrown away each time.
 */
function draw<Row extends object>(cell: Cell<typeof features, Row, unknown>): ReactNode {
  const { cell: content } = cell.column.columnDef;
  return typeof content === 'function' ? content(cell.getContext()) : content;
}

const classesOf = (align: 'end' | undefined, isMinor: true | undefined): string =>
  [align === 'end' ? 'number' : '', isMinor ? 'minor' : ''].filter(Boolean).join(' ');
