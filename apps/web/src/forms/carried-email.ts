import { useEffect } from 'react';
import type { FieldValues, UseFormReturn } from 'react-hook-form';

/** The address that was typed last on a page before the sign-in. Kept in memory only. */
let carried = '';

export const carriedEmail = (): string => carried;

/** Lets go of it, once somebody has signed in. */
export const dropCarriedEmail = (): void => {
  carried = '';
};

/** Carries what is typed as the address to the next page (WCAG 3.3.7): who forgot a password types no address twice. */
export const useCarriedEmail = <Input extends FieldValues & { email: string }, Output>(
  form: UseFormReturn<Input, unknown, Output>,
): void => {
  useEffect(() => {
    const typing = form.watch(({ email }) => {
      carried = typeof email === 'string' ? email : '';
    });
    return () => typing.unsubscribe();
  }, [form]);
};
