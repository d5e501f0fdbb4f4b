// A lint rule: time, chance and environment reach the program through its ports and its configuration only.
// `new Date(value)` is arithmetic and stays allowed; `new Date()` reads the clock.

const advice = {
  clock: 'Take the time from the clock port (context.clock): a verb reads it once, and tests set it.',
  chance: 'Take randomness from the random port: tests and the simulation have to repeat a run.',
  environment:
    'Only apps/api/src/config.ts (given it by main.ts) reads the environment; take the parsed configuration instead.',
};

const members = {
  'Date.now': 'clock',
  'Math.random': 'chance',
  'process.env': 'environment',
};

const ambient = {
  meta: {
    type: 'problem',
    schema: [{ type: 'object', properties: { allow: { type: 'array', items: { type: 'string' } } } }],
  },
  create(context) {
    const allowed = context.options[0]?.allow ?? [];
    const report = (node, kind) => {
      if (!allowed.includes(kind)) context.report({ node, message: advice[kind] });
    };
    return {
      MemberExpression(node) {
        if (node.object.type !== 'Identifier') return;
        const property = node.computed ? node.property.value : node.property.name;
        const kind = members[`${node.object.name}.${property}`];
        if (kind) report(node, kind);
      },
      NewExpression(node) {
        if (node.callee.name === 'Date' && node.arguments.length === 0) report(node, 'clock');
      },
      CallExpression(node) {
        if (node.callee.name === 'Date') report(node, 'clock');
      },
    };
  },
};

export default { meta: { name: 'portcullis' }, rules: { ambient } };
