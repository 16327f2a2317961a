/** Words that only pages of the back office say, in German: they come with the first of those pages. */
import { mergeMessages } from './merge-messages.ts';

export default mergeMessages(
  import.meta.glob('../pages/*/page-messages.de.json', { eager: true, import: 'default' }),
);
