/** One list of a dictionary. The package's entry would bring all of them, which is twice as much. */
declare module '@zxcvbn-ts/language-en/dist/*.json.mjs' {
  const words: string[];
  export default words;
}
