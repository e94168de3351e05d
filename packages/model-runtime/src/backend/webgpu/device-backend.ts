import type { Gpu } from "@sift-attention/gpu";
import { ModelError } from "../../model-error.ts";
import type { SequenceSlots, SlotsOptions } from "../model-backend.ts";
import type { BackendParts } from "./backend-parts.ts";
import { CompiledAttention } from "./compiled-attention.ts";
import { createSlots } from "./create-slots.ts";
import { expectContextFits, type MemoryPlan } from "./memory-plan.ts";
import { expectNotAborted } from "./open-device.ts";
import { SamplerPool } from "./sampler-pool.ts";
import { toModelError } from "./to-model-error.ts";
import type { WebgpuBackend, WebgpuSequenceSlots } from "./webgpu-backend.ts";

/** A model whose weights and kernels are on a device. */
export class DeviceBackend implements WebgpuBackend {
  readonly kind = "webgpu";
  readonly description: string;
  readonly weightBytes: number;
  readonly maxRows: number;
  readonly decodesAhead = 2;
  readonly plan: MemoryPlan;
  readonly gpu: Gpu;
  readonly #parts: BackendParts;
  readonly #compiled: CompiledAttention;
  readonly #samplers: SamplerPool;
  readonly #opened = new Set<SequenceSlots>();
  #isDisposed = false;

  constructor(parts: BackendParts) {
    const { gpu, plan, decoder, weights } = parts;
    this.#parts = parts;
    this.gpu = gpu;
    this.plan = plan;
    this.description = `webgpu, ${deviceName(gpu)}`;
    this.weightBytes = weights.byteLength;
    this.maxRows = decoder.rows.maxRows;
    this.#compiled = new CompiledAttention(gpu, parts);
    this.#samplers = new SamplerPool(gpu);
  }

  contextThatFits(slots: number): number {
    const { contextLength } = this.#parts.decoder.blueprint;
    return Math.min(this.plan.room(slots, this.#slotBytes()), contextLength);
  }

  async createSlots(options: SlotsOptions): Promise<WebgpuSequenceSlots> {
    this.#expectOpen();
    expectNotAborted(options.signal);
    expectContextFits(this.plan, options, this.#slotBytes());
    try {
      const slots: WebgpuSequenceSlots = await createSlots(
        {
          ...this.#parts,
          compiled: this.#compiled,
          samplers: this.#samplers,
          onDispose: () => this.#opened.delete(slots),
        },
        options,
      );
      this.#opened.add(slots);
      return slots;
    } catch (error) {
      throw toModelError(error);
    }
  }

  async dispose(): Promise<void> {
    if (this.#isDisposed) return;
    this.#isDisposed = true;
    for (const slots of [...this.#opened]) slots.dispose();
    this.#compiled.dispose();
    this.#samplers.dispose();
    this.#parts.decoder.dispose();
    this.#parts.weights.dispose();
    this.gpu.dispose();
  }

  /** Bytes of all open slots. */
  #slotBytes(): number {
    return [...this.#opened].reduce((sum, { byteLength }) => sum + byteLength, 0);
  }

  #expectOpen(): void {
    if (!this.#isDisposed) return;
    throw new ModelError("disposed", "webgpu: the backend was disposed of; open the model again");
  }
}

function deviceName({ report }: Gpu): string {
  const { description, device, vendor, architecture } = report;
  return description || device || `${vendor} ${architecture}`.trim() || "a device without a name";
}
