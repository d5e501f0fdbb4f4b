import * as z from 'zod/mini';

/** U+0000 cannot be stored by Postgres; a lone surrogate has no UTF-8 form. Both are refused at the door. */
export const isStorableText = (value: string): boolean => !value.includes('\u0000') && value.isWellFormed();

/** A string of `min` to `max` Unicode code points that Postgres can store. */
export const text = (min: number, max: number) =>
  z.string().check(
    z.refine((value) => value.length <= max * 2, { abort: true, error: 'too_long' }),
    z.refine(isStorableText, { abort: true, error: 'not_storable' }),
    z.refine((value) => [...value].length >= min, { error: 'too_short' }),
    z.refine((value) => [...value].length <= max, { error: 'too_long' }),
  );

/** RFC 3339 in UTC, as `Date.prototype.toISOString` writes it. */
export const timestamp = z.iso.datetime();
export type Timestamp = z.infer<typeof timestamp>;
