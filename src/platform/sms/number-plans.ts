import plans from 'libphonenumber-js/mobile/metadata';
import { createPhones } from './phone-number.ts';

/** Reads numbers by the plans of the package: the ranges of mobile phones alone. */
export const phones = createPhones(plans);
