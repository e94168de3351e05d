import type { ComponentChildren } from "preact";

interface PanelProps {
  /** Unique on the page: names the heading. */
  readonly id: string;
  readonly title: string;
  /** One or two plain sentences on what one sees. */
  readonly about: ComponentChildren;
  /** Right of the title. */
  readonly aside?: ComponentChildren;
  readonly children: ComponentChildren;
}

/** A titled instrument with its explanation. */
export function Panel({ id, title, about, aside, children }: PanelProps) {
  return (
    <section class="panel" id={id} aria-labelledby={`${id}-title`}>
      <header class="panel-head">
        <h2 id={`${id}-title`}>{title}</h2>
        {aside && <div class="panel-aside">{aside}</div>}
      </header>
      <p class="about">{about}</p>
      {children}
    </section>
  );
}
