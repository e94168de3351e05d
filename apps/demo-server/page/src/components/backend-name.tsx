/** What computes, and after it why nothing faster does: "cpu, 2 threads; not on a GPU: there is no adapter". */
export function BackendName({ description }: { readonly description: string }) {
  const cut = description.indexOf(";");
  const name = cut < 0 ? description : description.slice(0, cut);
  return (
    <>
      <b>{name}</b>
      {description.slice(name.length)}
    </>
  );
}
