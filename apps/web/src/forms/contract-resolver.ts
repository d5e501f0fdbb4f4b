import type { FieldErrors, FieldValues, Resolver } from 'react-hook-form';
import type * as z from 'zod/mini';

/**
 * Lets a contract of the service judge a form before it is sent. Each field carries the first code that its contract
 * gave. Forms are flat, so this is all of what the general resolvers do.
 */
export const contractResolver =
  <Input extends FieldValues, Output>(
    schema: z.ZodMiniType<Output, Input>,
  ): Resolver<Input, unknown, Output> =>
  (values) => {
    const parsed = schema.safeParse(values);
    if (parsed.success) return { values: parsed.data, errors: {} };
    const errors: Record<string, { type: string; message: string }> = {};
    for (const { path, code, message } of parsed.error.issues) {
      errors[String(path[0] ?? 'root')] ??= { type: code, message };
    }
    return { values: {}, errors: errors as FieldErrors<Input> };
  };
