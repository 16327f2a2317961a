/* What a script can add to the shop: figures that stay current. Every page works without it. */
const REFRESH_MS = 3000;
const FEW = 10;

/* A page that waits for something stays as it is, with focus and reading position, until there is something new. */
const waiting = document.querySelector('main[data-renew-seconds]');
if (waiting) {
  const asSent = waiting.innerHTML;
  const lookAgain = async () => {
    if (document.hidden) return;
    const response = await fetch(location.href, { headers: { accept: 'text/html' } }).catch(() => null);
    if (!response) return;
    const fresh = new DOMParser().parseFromString(await response.text(), 'text/html').querySelector('main');
    if (fresh?.innerHTML !== asSent) location.replace(response.url);
  };
  setInterval(lookAgain, Number(waiting.dataset.renewSeconds) * 1000);
}

async function refreshStock() {
  if (document.hidden) return;
  const response = await fetch('/stock.json').catch(() => null);
  if (!response?.ok) return;
  const { products } = await response.json();
  for (const { sku, available } of products) {
    for (const line of document.querySelectorAll(`.stock[data-sku="${CSS.escape(sku)}"]`)) {
      line.textContent = available <= 0 ? 'Sold out' : `${available} left`;
      line.dataset.level = available <= 0 ? 'none' : available <= FEW ? 'few' : 'many';
    }
  }
}

function countDown(element) {
  const end = Date.parse(element.dataset.until);
  if (Number.isNaN(end)) return;
  const show = () => {
    const seconds = Math.max(0, Math.ceil((end - Date.now()) / 1000));
    const clock = `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
    element.textContent = seconds > 0 ? `${clock} minutes` : 'no time any more';
    if (seconds === 0) clearInterval(timer);
  };
  const timer = setInterval(show, 1000);
  show();
}

/* The cart's total follows the choice; without scripts it is told with the reservation. */
const total = document.querySelector('[data-total]');
if (total) {
  const money = new Intl.NumberFormat(document.documentElement.lang, {
    style: 'currency',
    currency: total.dataset.currency,
  });
  const { maximumFractionDigits } = money.resolvedOptions();
  const showTotal = () => {
    const selects = [...document.querySelectorAll('select[data-price]')];
    const minor = selects.reduce((sum, { value, dataset }) => sum + Number(value) * Number(dataset.price), 0);
    total.textContent = money.format(minor / 10 ** maximumFractionDigits);
  };
  document.addEventListener('change', showTotal);
  addEventListener('pageshow', showTotal);
}

for (const element of document.querySelectorAll('[data-until]')) countDown(element);
for (const time of document.querySelectorAll('time[datetime]')) {
  const date = new Date(time.dateTime);
  if (!Number.isNaN(date.getTime()))
    time.textContent = date.toLocaleString([], { dateStyle: 'medium', timeStyle: 'short' });
}
if (document.querySelector('.stock[data-sku]')) setInterval(refreshStock, REFRESH_MS);
for (const form of document.forms) {
  form.addEventListener('submit', () => {
    // After the submission has been put together, so that nothing in it changes.
    setTimeout(() => form.querySelector('button')?.setAttribute('disabled', ''));
  });
}
// A page that comes back from the browser's memory must be usable again.
addEventListener('pageshow', ({ persisted }) => {
  if (persisted)
    for (const button of document.querySelectorAll('button[disabled]')) button.removeAttribute('disabled');
});
