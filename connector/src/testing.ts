/** `@sluice/connector/testing`: a room for the tests of a shop that stands behind a connector. Never for production: it lets everybody in. */
export type { Flaw, IssueOptions, TestAdmission } from './testing/admissions.ts';
export { type FakeRoom, type FakeRoomOptions, startFakeRoom, type Told } from './testing/fake-room.ts';
