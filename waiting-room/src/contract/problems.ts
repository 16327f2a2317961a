/** Every problem type of the room: status and title. docs/problems/<type>.md explains each; details come from where it is raised. */
export const PROBLEMS = {
  'no-such-drop': { status: 404, title: 'There is no such drop' },
  'not-open-yet': { status: 409, title: 'The waiting room has not opened yet' },
  draining: { status: 409, title: 'No new places are given' },
  'sold-out': { status: 409, title: 'Sold out' },
  closed: { status: 410, title: 'The drop has ended' },
  'room-full': { status: 503, title: 'The line is full' },
  'ticket-missing': { status: 401, title: 'No ticket was presented' },
  'ticket-invalid': { status: 401, title: 'The ticket is not valid for this drop' },
  'ticket-spent': { status: 410, title: 'The ticket has been used up' },
  'not-called-yet': { status: 409, title: 'It is not your turn yet' },
  'call-extension-refused': { status: 409, title: 'The turn cannot be held longer' },
  'bound-elsewhere': { status: 409, title: 'The ticket is being used in another browser' },
  'cross-site': { status: 403, title: 'Requests from other sites are refused' },
  'roster-not-published': { status: 409, title: 'The roster is not published yet' },
  'not-in-roster': { status: 404, title: 'The ticket is not in the roster' },
  'no-stock-picture': { status: 404, title: 'There is no stock picture at the moment' },
} as const;
