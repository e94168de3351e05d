/** The text of a shader file. A package that imports one refers to this file from its `index.ts`. */
declare module "*.wgsl" {
  const text: string;
  export default text;
}
