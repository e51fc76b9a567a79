// Several tests start processes, and one measures memory: nothing may run beside them.
[assembly: CollectionBehavior(DisableTestParallelization = true)]
