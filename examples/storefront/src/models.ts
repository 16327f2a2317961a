/** Shops sell models in sizes, checkouts sell SKUs: puts those that belong together under one name. Pure. */
import type { Product } from './room-facts.ts';

export interface Model {
  readonly name: string;
  /** Its place in addresses: `/shoes/<slug>`. */
  readonly slug: string;
  readonly priceMinor: number;
  readonly variants: readonly { readonly product: Product; readonly label: string }[];
}

/** Products named `<model>, <variant>` with the same model and price are one model; any other is a model of its own. */
export function groupModels(products: readonly Product[]): Model[] {
  const models = new Map<
    string,
    { name: string; slug: string; priceMinor: number; variants: { product: Product; label: string }[] }
  >();
  for (const product of products) {
    const comma = product.name.lastIndexOf(', ');
    const name = comma > 0 ? product.name.slice(0, comma) : product.name;
    const label = comma > 0 ? product.name.slice(comma + 2) : '';
    const key = JSON.stringify([name, product.priceMinor]);
    const model = models.get(key) ?? {
      name,
      slug: slugOf(name, models.size),
      priceMinor: product.priceMinor,
      variants: [],
    };
    model.variants.push({ product, label });
    models.set(key, model);
  }
  return [...models.values()];
}

/** Names without a Latin letter are told apart by their place alone. */
function slugOf(name: string, at: number): string {
  const words = name
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .match(/[a-z0-9]+/g);
  return [...(words ?? ['model']), ...(at === 0 ? [] : [at + 1])].join('-').slice(0, 80);
}
