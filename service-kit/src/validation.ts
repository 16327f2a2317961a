/** How every listener of a service validates: nothing unknown is dropped in silence, and every fault is told at once. */
export const VALIDATION = {
  customOptions: { removeAdditional: false, coerceTypes: 'array', allErrors: true },
} as const;
