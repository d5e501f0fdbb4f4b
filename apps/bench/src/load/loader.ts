// A process of its own that sends load: what it needs of the processor is not the server's.
import { generate } from './generator.ts';
import type { Order, Report } from './plan.ts';

process.on('disconnect', () => process.exit(0));
process.on('message', (order: Order) => {
  generate(order)
    .then(
      (figures): Report => ({ figures }),
      (error: unknown): Report => ({ failed: error instanceof Error ? error.message : String(error) }),
    )
    .then((report) => process.send?.(report))
    .catch(() => process.exit(1));
});
