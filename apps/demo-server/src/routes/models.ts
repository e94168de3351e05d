import { ApiError } from "../api-error.ts";
import type { ServedModel } from "../served-model.ts";

/** One entry of GET /v1/models. */
function toModelObject({ id, created, contextLength }: ServedModel) {
  return {
    id,
    object: "model",
    created,
    owned_by: "sift-attention",
    context_length: contextLength,
  };
}

/** GET /v1/models: the one model that is served. */
export function listModels(served: ServedModel): object {
  return { object: "list", data: [toModelObject(served)] };
}

/** GET /v1/models/{id}. @throws ApiError "model_not_found". */
export function findModel(served: ServedModel, id: string): object {
  if (id === served.id) return toModelObject(served);
  throw new ApiError("model_not_found", `"${id}" is not served here, "${served.id}" is.`, {
    param: "model",
  });
}
