/**
 * KVM's kinds of descriptor, as types of their own: a vCPU's request on a VM's
 * descriptor does not compile.
 *
 * @module
 */

/** An open `/dev/kvm`. */
export type KvmFd = number & { readonly kind: "kvm" };

/** A virtual machine. */
export type VmFd = number & { readonly kind: "vm" };

/** A virtual processor. */
export type VcpuFd = number & { readonly kind: "vcpu" };
