/** A custom resource, as far as a program writes it. */
export interface CustomObject<Spec = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: Spec;
}
