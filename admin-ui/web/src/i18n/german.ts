/** Every message in German: those of each page and part stand beside it. */
import { mergeMessages } from './merge-messages.ts';

export default mergeMessages(import.meta.glob('../**/messages.de.json', { eager: true, import: 'default' }));
