/** The product picture: drawn, so that the shop needs no image files. One hue a product. */
import { type Html, html } from '../html.ts';

const HUES = [24, 168, 262, 338, 204];

/** A shoe; `index` chooses its colour. Decoration only: its name stands beside it. */
export function shoe(index: number): Html {
  const hue = HUES[index % HUES.length] as number;
  return html`<svg class="shoe" viewBox="0 0 400 240" aria-hidden="true" focusable="false">
<defs><linearGradient id="upper-${index}" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="hsl(${hue} 90% 66%)"/><stop offset="1" stop-color="hsl(${hue - 18} 82% 46%)"/></linearGradient>
<clipPath id="outline-${index}"><path d="M44 168c-4-34 2-74 10-98 3-9 13-11 20-5 12 10 30 17 50 12 10-3 16-11 22-20 4-6 12-7 18-3l72 56c22 17 52 24 88 30 28 5 44 18 46 36z"/></clipPath></defs>
<ellipse cx="205" cy="206" rx="165" ry="12" fill="#000" opacity=".14"/>
<path d="M44 168c-4-34 2-74 10-98 3-9 13-11 20-5 12 10 30 17 50 12 10-3 16-11 22-20 4-6 12-7 18-3l72 56c22 17 52 24 88 30 28 5 44 18 46 36z" fill="url(#upper-${index})"/>
<path d="M54 70c-4 14-7 30-9 46 26 4 60 4 78-8 14-9 20-24 30-36l-7-15c-6 9-12 17-22 20-20 5-38-2-50-12-7-6-17-4-20 5z" fill="#1b2024" opacity=".88"/>
<path d="M120 168c30-4 58-20 84-52l32 24c-18 16-42 26-70 30z" fill="#fff" opacity=".9" clip-path="url(#outline-${index})"/>
<path d="M170 66l-26 26m42-14l-26 26m42-13l-25 25m41-13l-24 24" stroke="#fff" stroke-width="7" stroke-linecap="round"/>
<path d="M38 166h334c8 0 12 6 10 14-3 12-14 20-28 20H66c-16 0-28-12-28-34z" fill="#f7f3ea"/>
<path d="M42 186h338c-4 9-14 14-26 14H66c-11 0-19-5-24-14z" fill="hsl(${hue} 60% 40%)"/>
<path d="M300 128c30 4 58 12 68 38h-76c-4-16-2-28 8-38z" fill="#1b2024" opacity=".16" clip-path="url(#outline-${index})"/></svg>`;
}
