import type { BoundBuffer, Kernel } from "@sift-attention/gpu";
import type { DecodeBuffers } from "./decode-buffers.ts";
import type { RouteName, Routes } from "./plan/plan-routes.ts";
import type { BindingName, KernelGrid, PlannedKernel } from "./plan/planned-kernel.ts";

/** A dispatch that is ready but for the step's counts. */
export interface BoundDispatch {
  readonly kernel: Kernel;
  readonly grid: KernelGrid;
  readonly group: GPUBindGroup;
  /** Written anew by each step, so that recording allocates nothing. */
  readonly workgroups: [x: number, y: number, z: number];
}

/** The dispatches of a route, in their order. */
export interface ReadyRoute {
  readonly dispatches: readonly BoundDispatch[];
}

/** A route, or the caller's buffers that it lacks. */
export type BoundRoute = ReadyRoute | { readonly missing: readonly (keyof DecodeBuffers)[] };

export type BoundRoutes = { readonly [Name in RouteName]?: BoundRoute };

/** Buffers by the names that shaders give them. */
export type NamedBuffers = { readonly [Name in BindingName]?: BoundBuffer };

/** Compiled kernels by what they were planned as. */
export type CompiledKernels = ReadonlyMap<PlannedKernel, Kernel>;

function bindKernel(
  planned: PlannedKernel,
  kernels: CompiledKernels,
  buffers: NamedBuffers,
): BoundDispatch {
  const kernel = kernels.get(planned)!;
  const bound = Object.fromEntries(planned.bindings.map((name) => [name, buffers[name]!]));
  return {
    kernel,
    grid: planned.grid,
    group: kernel.bind(bound),
    workgroups: [1, planned.grid.y, 1],
  };
}

/** Binds every route whose buffers are there; a kernel that several routes share is bound once. */
export function bindRoutes(
  routes: Routes,
  kernels: CompiledKernels,
  {
    buffers,
    fieldOf,
  }: {
    readonly buffers: NamedBuffers;
    readonly fieldOf: (name: BindingName) => keyof DecodeBuffers;
  },
): BoundRoutes {
  const bound = new Map<PlannedKernel, BoundDispatch>();
  const bindOnce = (planned: PlannedKernel): BoundDispatch => {
    const dispatch = bound.get(planned) ?? bindKernel(planned, kernels, buffers);
    bound.set(planned, dispatch);
    return dispatch;
  };
  const bindRoute = (route: readonly PlannedKernel[]): BoundRoute => {
    const names = new Set(route.flatMap(({ bindings }) => bindings));
    const missing = [...names].filter((name) => buffers[name] === undefined).map(fieldOf);
    return missing.length > 0 ? { missing } : { dispatches: route.map(bindOnce) };
  };
  return Object.fromEntries(
    Object.entries(routes).map(([name, route]) => [name, bindRoute(route)]),
  );
}
