// Several tests start processes, and one measures memory: nothing may run beside them. Nor may two commands be made at the same time,
// because they share their options.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
