/** Every problem type of the control plane: status and title. docs/problems/<type>.md explains each; details come from where it is raised. */
export const PROBLEMS = {
  'no-such-drop': { status: 404, title: 'There is no such drop' },
  'no-such-sku': { status: 404, title: 'There is no such SKU in this drop' },
  'drop-exists': { status: 409, title: 'There is a drop of this id already' },
  'drop-closed': { status: 409, title: 'The drop is closed for good' },
  'already-open': { status: 409, title: 'The drop has opened: its opening can not move' },
  'lobby-open': { status: 409, title: 'The lobby has opened: how it is drawn can not change' },
  'confirmation-required': { status: 409, title: 'This has to be confirmed' },
  'nothing-to-undo': { status: 409, title: 'There is nothing to undo' },
  'undo-conflict': { status: 409, title: 'What is to be undone has been changed again' },
  'version-mismatch': { status: 412, title: 'The drop has changed since it was read' },
  'not-enough-stock': { status: 409, title: 'Not so much is available' },
  'stock-unavailable': { status: 503, title: 'Stock can not be asked for right now' },
  'stock-outcome-unknown': { status: 503, title: 'Whether the stock moved is not known' },
} as const;

export type ProblemType = keyof typeof PROBLEMS;
