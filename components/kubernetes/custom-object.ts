/** The fields that a program writes in a custom resource. */
export interface CustomObject<Spec = unknown> {
  readonly apiVersion: string;
  readonly kind: string;
  readonly spec: Spec;
}
