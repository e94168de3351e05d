import type { Page } from "playwright-core";

/** Text whose colour is too near its background's: below 4.5 to 1, or 3 to 1 when it is large (WCAG 2.2, 1.4.3). */
export function findLowContrast(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = 1;
    const context = canvas.getContext("2d", { willReadFrequently: true })!;
    const over = (colours: readonly string[]): readonly number[] => {
      context.clearRect(0, 0, 1, 1);
      for (const colour of colours) {
        context.fillStyle = colour;
        context.fillRect(0, 0, 1, 1);
      }
      return [...context.getImageData(0, 0, 1, 1).data.slice(0, 3)];
    };
    const luminance = (rgb: readonly number[]): number => {
      const [r = 0, g = 0, b = 0] = rgb
        .map((part) => part / 255)
        .map((part) => (part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    const layersBehind = (element: Element): string[] => {
      const layers: string[] = [];
      for (let at: Element | null = element; at; at = at.parentElement) {
        layers.unshift(getComputedStyle(at).backgroundColor);
      }
      return layers;
    };
    const isExempt = (element: Element): boolean =>
      element.closest(":disabled, [inert], .visually-hidden, .skip-link") !== null;
    const texts = [...document.querySelectorAll("body *")].filter(
      (element) =>
        element.checkVisibility() &&
        !isExempt(element) &&
        [...element.childNodes].some((node) => node.nodeType === 3 && node.nodeValue?.trim()),
    );
    return texts.flatMap((element) => {
      const style = getComputedStyle(element);
      const behind = layersBehind(element);
      const [ink, paper] = [luminance(over([...behind, style.color])), luminance(over(behind))];
      const ratio = (Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05);
      const isLarge = Number.parseFloat(style.fontSize) >= 24;
      if (ratio >= (isLarge ? 3 : 4.5)) return [];
      return [`${ratio.toFixed(2)}: <${element.className}> ${element.textContent?.slice(0, 40)}`];
    });
  });
}

/** Controls without a name, ids used twice, images without alternative text, headings that skip a level. */
export function findUnnamed(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const faults: string[] = [];
    for (const control of document.querySelectorAll("button, input, select, textarea")) {
      const labels = "labels" in control ? [...(control.labels as NodeList)] : [];
      const name = [control.ariaLabel, control.textContent, ...labels.map((at) => at.textContent)];
      if (!name.some((text) => text?.trim())) faults.push(`no name: ${control.outerHTML}`);
    }
    const ids = [...document.querySelectorAll("[id]")].map(({ id }) => id);
    faults.push(...ids.filter((id, i) => ids.indexOf(id) !== i).map((id) => `id twice: ${id}`));
    for (const image of document.querySelectorAll("img:not([alt]), [role=img]:not([aria-label])")) {
      faults.push(`no alternative text: ${image.outerHTML}`);
    }
    const levels = [...document.querySelectorAll("h1, h2, h3")].map((at) => Number(at.tagName[1]));
    if (levels[0] !== 1 || levels.some((level, i) => i > 0 && level > (levels[i - 1] ?? 0) + 1)) {
      faults.push(`headings: ${levels.join(" ")}`);
    }
    return faults;
  });
}

/** How far the page is wider than its window, in CSS pixels. */
export function readOverflow(page: Page): Promise<number> {
  return page.evaluate(() => document.documentElement.scrollWidth - window.innerWidth);
}

/** Whether a chart's canvas holds anything of a colour, within rounding. */
export function hasPaint(page: Page, selector: string, property: string): Promise<boolean> {
  return page.evaluate(
    ([where, name]) => {
      const canvas = document.querySelector<HTMLCanvasElement>(`${where} canvas`)!;
      const probe = document.createElement("span");
      probe.style.color = `var(${name})`;
      document.body.append(probe);
      const wanted = getComputedStyle(probe).color.match(/\d+/g)!.slice(0, 3).map(Number);
      probe.remove();
      const { data } = canvas.getContext("2d")!.getImageData(0, 0, canvas.width, canvas.height);
      for (let at = 0; at < data.length; at += 4) {
        const isNear = wanted.every((part, i) => Math.abs(part - (data[at + i] ?? 0)) <= 2);
        if (isNear && data[at + 3] === 255) return true;
      }
      return false;
    },
    [selector, property] as const,
  );
}
