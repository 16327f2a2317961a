/** What stands in the description under a name. */
import { ProblemDocument } from './common.ts';
import { OrderAnswer } from './orders.ts';
import { ReservationAnswer } from './reservations.ts';

export const SCHEMA_NAMES = { Problem: ProblemDocument, Order: OrderAnswer, Reservation: ReservationAnswer };
