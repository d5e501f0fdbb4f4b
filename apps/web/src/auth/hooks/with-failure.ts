import { type Failure, toFailure } from '../failure.ts';

/** A mutation of TanStack Query and, beside its raw error, what the service said; null while nothing was refused. */
export const withFailure = <M extends { error: unknown }>(mutation: M): M & { failure: Failure | null } => ({
  ...mutation,
  failure: mutation.error ? toFailure(mutation.error) : null,
});

type Mutation<Input, Output> = { mutateAsync: (input: Input) => Promise<Output> };
type Around = <Output>(call: () => Promise<Output>) => Promise<Output>;

/** The same mutation with something done around each of its calls. */
export const around = <Input, Output, M extends Mutation<Input, Output>>(
  mutation: M & Mutation<Input, Output>,
  wrap: Around,
): M => {
  const mutateAsync = (input: Input): Promise<Output> => wrap(() => mutation.mutateAsync(input));
  return {
    ...mutation,
    mutateAsync,
    mutate: (input: Input) => void mutateAsync(input).catch(() => undefined),
  };
};
