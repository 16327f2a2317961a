/** TypeBox stops looking after eight faults. A caller, and whoever configures a service, is told all of them at once. */
import { Settings } from 'typebox/system';

/** Still a limit: a body of thousands of wrong members is answered by the first hundred. */
const FAULTS_MAX = 100;

Settings.Set({ maxErrors: FAULTS_MAX });
