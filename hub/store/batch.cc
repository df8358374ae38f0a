#include "hub/store/store.h"

namespace jobbro::store {

void Batch::put(Table table, BytesView key, BytesView value) {
    operations_.push_back({table, false, Bytes{key}, Bytes{value}});
}

void Batch::erase(Table table, BytesView key) {
    operations_.push_back({table, true, Bytes{key}, {}});
}

void Batch::clear() {
    operations_.clear();
}

}  // namespace jobbro::store
