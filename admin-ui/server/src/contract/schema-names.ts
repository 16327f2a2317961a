/** What stands in the description under a name. */
import { Admission, AdmissionChange } from './admission.ts';
import { ProblemDocument } from './common.ts';
import { Access, AccessChange, CodeBatch, MemberClass, MemberKey, Members } from './drop-access.ts';
import { DropAnswer, DropCreation, JournaledAnswer, Live, Page, PartialPage, Product } from './drops.ts';
import { Logo, Theme } from './page-theme.ts';
import { RehearsalAnswer } from './rehearsals.ts';
import { ReportAnswer } from './reports.ts';
import { Series } from './series.ts';

export const SCHEMA_NAMES = {
  Problem: ProblemDocument,
  Drop: DropAnswer,
  DropCreation,
  Live,
  Journaled: JournaledAnswer,
  Admission,
  AdmissionChange,
  Access,
  AccessChange,
  Members,
  MemberClass,
  MemberKey,
  CodeBatch,
  Page,
  PageChange: PartialPage,
  Theme,
  Logo,
  Product,
  Series,
  Rehearsal: RehearsalAnswer,
  Report: ReportAnswer,
};
