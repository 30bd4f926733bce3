/// The compiler: what the mesh was told in, routes, gateways and endpoints out. Pure: no clock, no file, no bus.
///
/// ```
///   Change ──▶ MeshState.with ──▶ MeshState          (persistent; Book: documents, Fleet: who runs)
///                 │                   │
///                 └──▶ Touched ──▶ Compiler.step ──▶ Compiled.Delta
///                      units that a change may        each unit before and after, kept when it differs
///                      have altered
/// ```
///
/// A unit of output is the routes of a host ({@link dev.meltemi.rules.Services}), the endpoint of a workload
/// for a host ({@link dev.meltemi.rules.Endpoints}), a gateway ({@link dev.meltemi.rules.Gateways}, of the Gateway API
/// {@link dev.meltemi.rules.ApiGateways}), a scope of access ({@link dev.meltemi.rules.Access}) or a setting
/// ({@link dev.meltemi.rules.Setting}): a function of the state alone. What can be compiled from a
/// document alone is compiled once, when it is accepted ({@link dev.meltemi.rules.Entry}). Hence incremental
/// equals full by construction, and a change costs what depends on it. To add a kind: a record that is an
/// {@link dev.meltemi.rules.Entry}, an index in {@link dev.meltemi.rules.Book}, a case in {@link
/// dev.meltemi.rules.Touched}; the compiler lists these places.
///
/// The Gateway API's kinds are the classes that begin with `Api`, and their indexes {@link
/// dev.meltemi.rules.ApiBook}'s.
/// {@link dev.meltemi.rules.Leases} judges beside it who is still there. What records mean is said in
/// `schemas/src/main/avro/compiled.avdl`; examples stand in `src/test/resources/golden`.
@NullMarked
package dev.meltemi.rules;

import org.jspecify.annotations.NullMarked;
