import type { FieldValues, Path, UseFormReturn } from 'react-hook-form';

type CheckboxProps<Input extends FieldValues, Output> = {
  form: UseFormReturn<Input, unknown, Output>;
  name: Path<Input>;
  id: string;
  label: string;
};

export const Checkbox = <Input extends FieldValues, Output>({
  form,
  name,
  id,
  label,
}: CheckboxProps<Input, Output>) => (
  <label htmlFor={id} className="flex min-h-11 items-center gap-3 text-sm">
    <input {...form.register(name)} id={id} type="checkbox" className="size-5 shrink-0 accent-accent" />
    <span>{label}</span>
  </label>
);
