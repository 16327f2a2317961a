/** Words that only pages of the back office say, in English: they come with the first of those pages. */
import { mergeMessages } from './merge-messages.ts';

export default mergeMessages(
  import.meta.glob('../pages/*/page-messages.en.json', { eager: true, import: 'default' }),
);
