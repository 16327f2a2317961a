/** What somebody has typed to find an order by: an order, a ticket, the reference on the page, or else a customer. */

const REFERENCE = /^[2-9BCDFGHJKMNPQRSTVWXYZ]{3}[\s-]?[2-9BCDFGHJKMNPQRSTVWXYZ]{3}$/i;

export type SearchBy = 'order' | 'number' | 'reference' | 'customer';

export function searchBy(text: string): { readonly by: SearchBy; readonly value: string } | null {
  const value = text.trim();
  if (value === '') return null;
  if (/^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(value)) return { by: 'order', value };
  if (/^[A-Za-z0-9_-]{43}$/.test(value)) return { by: 'number', value };
  if (REFERENCE.test(value)) return { by: 'reference', value };
  return { by: 'customer', value };
}
