/** What is sold: one line a variant, and a table from a file. */
import { faultOf } from '../../api/api-fault.ts';
import { request } from '../../api/request.ts';
import { majorOf, type ProductLine, skuOf } from '../../domain/product-lines.ts';
import { useText } from '../../i18n/language.tsx';
import { Button } from '../../ui/button.tsx';
import { FileButton } from '../../ui/file-button.tsx';
import type { Submit } from '../../ui/form.tsx';
import { TextField } from '../../ui/text-field.tsx';

export interface ProductFieldsProps {
  readonly products: readonly ProductLine[];
  readonly currency: string;
  onChange(products: readonly ProductLine[]): void;
  /** Told when a file is refused. */
  readonly submit: Submit;
}

let lines = 0;
export const emptyLine = (): ProductLine => ({ key: ++lines, name: '', sku: '', price: '', stock: '' });

interface ReadProducts {
  readonly products: readonly { sku: string; name: string; priceMinor: number; stock: number }[];
}

export function ProductFields({ products, currency, onChange, submit }: ProductFieldsProps) {
  const t = useText();
  const change = (index: number, part: Partial<ProductLine>) =>
    onChange(products.map((line, at) => (at === index ? { ...line, ...part } : line)));

  async function readFile(chosen: File): Promise<void> {
    try {
      const options = { body: await chosen.text(), contentType: 'text/csv', isReading: true };
      const { content } = await request<ReadProducts>('POST', '/api/v1/products', options);
      submit.refuse(null);
      onChange(
        content.products.map(({ sku, name, priceMinor, stock }) => ({
          ...{ ...emptyLine(), sku, name, price: majorOf(priceMinor, currency), stock: String(stock) },
        })),
      );
    } catch (thrown) {
      submit.refuse(faultOf(thrown));
    }
  }

  return (
    <>
      {products.map((line, index) => (
        <fieldset key={line.key} className="product">
          <legend>{t('drops.product-number', { number: index + 1 })}</legend>
          <TextField
            name={`products.${index}.name`}
            label={t('drops.product-name')}
            value={line.name}
            onChange={(name) => change(index, { name })}
            isRequired
          />
          <div className="row">
            <TextField
              name={`products.${index}.stock`}
              label={t('drops.units')}
              help={t('drops.units-help')}
              inputMode="numeric"
              value={line.stock}
              onChange={(stock) => change(index, { stock })}
              isRequired
            />
            <TextField
              name={`products.${index}.priceMinor`}
              label={t('drops.price')}
              help={t('drops.price-help')}
              inputMode="decimal"
              unit={currency}
              value={line.price}
              onChange={(price) => change(index, { price })}
              isRequired
            />
            <TextField
              name={`products.${index}.sku`}
              label={t('drops.sku')}
              help={
                line.sku === '' && line.name !== ''
                  ? t('drops.sku-made', { sku: skuOf(line.name) })
                  : t('drops.sku-help')
              }
              value={line.sku}
              onChange={(sku) => change(index, { sku })}
            />
          </div>
          {products.length > 1 && (
            <Button
              variant="quiet"
              aria-label={t('drops.remove-product', { number: index + 1 })}
              onPress={() => onChange(products.filter((_, at) => at !== index))}
            >
              {t('drops.remove')}
            </Button>
          )}
        </fieldset>
      ))}
      <div className="actions">
        <Button onPress={() => onChange([...products, emptyLine()])}>{t('drops.add-product')}</Button>
        <FileButton variant="quiet" accept=".csv,text/csv" onChoose={(chosen) => void readFile(chosen)}>
          {t('drops.from-file')}
        </FileButton>
      </div>
      <p className="help">{t('drops.csv-help')}</p>
    </>
  );
}
