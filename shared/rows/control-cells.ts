/** Controls as cells `<kind>#<target>` of the listener's row: the newest holds, none is ever collected. */
import { CONTROL_KINDS, type Control, type ControlKind } from '../domain/control.ts';
import type { Cell, CellWrite } from '../ports/row-store.ts';
import { listenerKey, ROW_TABLES } from '../schema/rows.ts';

/** The cell that a control is written as; `changedAt` (epoch ms) decides which of two writes holds. */
export function controlCell(listenerId: string, control: Control, changedAt: number): CellWrite {
  const { kind, target, active, until, from } = control;
  return {
    key: listenerKey(listenerId),
    family: ROW_TABLES.listeners.control,
    qualifier: `${kind}#${target}`,
    timestamp: changedAt,
    value: JSON.stringify({ active, until, from }),
  };
}

/** The control in a cell; undefined for a qualifier of another kind, which a newer version may have written. */
export function controlOfCell(cell: Cell): Control | undefined {
  const split = cell.qualifier.indexOf('#');
  const kind = CONTROL_KINDS.find((name): name is ControlKind => name === cell.qualifier.slice(0, split));
  if (kind === undefined) return undefined;
  const { active, until, from } = JSON.parse(cell.value) as Partial<Control>;
  return {
    kind,
    target: cell.qualifier.slice(split + 1),
    active: active === true,
    until: until ?? null,
    from: from ?? cell.timestamp,
  };
}
