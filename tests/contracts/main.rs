//! The contract of `store::table::Table`: the same suite on the tables in memory and, through the
//! production adapter, on the local cloud's DynamoDB. What only one of the two can show is listed with
//! the reason. Beside it the local SES, which the production adapters of SES are run against.

mod changes;
mod cloud;
mod conditions;
mod consents;
mod exact;
mod queries;
mod reads;
mod scene;
mod ses;
mod stores;
mod transactions;
mod units;

use stores::{blocks, sent_mail};

use testkit::memory_table::MemoryTable;

/// Runs each contract on both tables.
macro_rules! contracts {
    ($($part:ident: $($name:ident,)*;)*) => {
        mod in_memory {
            $($(#[test]
            fn $name() {
                let table = crate::MemoryTable::new();
                crate::cloud::runtime().block_on(crate::$part::$name(&table));
            })*)*
        }

        mod on_dynamodb {
            $($(#[test]
            fn $name() {
                let table = crate::cloud::table();
                crate::cloud::runtime().block_on(crate::$part::$name(table));
            })*)*
        }
    };
}

contracts! {
    reads:
        an_item_comes_back_as_it_was_put,
        an_item_that_is_not_there_is_none,
        numbers_come_back_in_plain_digits,
        a_batch_brings_what_is_there_by_key,
        a_batch_of_none_is_empty,
        a_batch_of_more_than_a_hundred_keys_is_a_fault,
        an_empty_key_is_a_fault,
    ;
    consents:
        a_consent_is_withdrawn_once_and_read_with_all_ids_of_its_record,
    ;
    conditions:
        absent_and_exists_ask_for_the_item,
        has_and_lacks_ask_for_the_attribute,
        equals_compares_numbers_by_value,
        a_comparison_across_types_does_not_hold,
        less_and_greater_leave_out_the_equal,
        texts_compare_by_octets,
        an_attribute_that_is_not_there_compares_to_nothing,
        conditions_nest,
        a_failed_condition_brings_the_item_as_it_stands,
        a_condition_that_cannot_be_put_is_a_fault,
    ;
    changes:
        an_update_makes_an_item_that_is_not_there,
        an_update_leaves_other_attributes_alone,
        set_if_absent_keeps_the_first_value,
        add_counts_from_zero_and_below,
        count_counts_from_zero_under_any_name,
        include_unites_sets_of_texts,
        remove_of_what_is_not_there_changes_nothing,
        an_update_under_a_condition_that_fails_changes_nothing,
        an_update_that_cannot_be_is_a_fault_and_changes_nothing,
        a_put_replaces_the_whole_item,
        a_put_under_other_keys_than_its_items_is_a_fault,
        a_delete_takes_away_and_may_find_nothing,
        a_check_alone_is_a_fault,
        an_item_over_400_kb_is_a_fault,
    ;
    queries:
        a_partition_comes_in_the_order_of_octets,
        descending_turns_the_order_around,
        ranges_include_both_ends,
        a_prefix_takes_those_that_begin_so,
        pages_follow_each_other_without_gap_or_repeat,
        pages_of_an_index_follow_each_other_even_with_equal_sort_keys,
        a_page_ends_at_a_megabyte,
        an_item_without_the_index_keys_is_not_in_the_index,
        an_item_moves_within_an_index_as_its_keys_change,
        a_mark_outlives_its_item,
        a_limit_of_zero_is_a_fault,
        a_full_page_has_a_mark_even_where_nothing_follows,
        a_mark_of_another_partition_and_an_unknown_index_are_faults,
    ;
    transactions:
        all_writes_happen_together,
        one_failed_condition_stops_all,
        reasons_come_in_order_with_the_items_as_they_stand,
        a_check_guards_the_others_and_writes_nothing,
        an_item_written_twice_is_a_fault,
        a_hundred_writes_are_taken_and_one_more_is_a_fault,
        an_empty_transaction_is_a_fault,
        a_write_that_cannot_be_is_a_fault_and_stops_all,
        tables_can_be_mixed,
        a_transaction_of_more_than_four_megabytes_is_a_fault,
    ;
    units:
        writes_cost_by_the_larger_of_old_and_new,
        a_transaction_costs_double,
        an_index_entry_costs_a_write_and_a_move_two,
    ;
    sent_mail:
        a_send_is_made_once_and_replaced_only_as_it_was_read,
        what_comes_back_is_in_the_list_of_its_month,
        facts_and_their_counts_happen_together_and_once,
        an_address_is_mailed_lately_by_its_latest_time_in_both_orders,
        a_hand_over_is_begun_by_one_and_given_back_by_that_one_alone,
    ;
    blocks:
        two_blocks_of_one_address_leave_the_same_one_in_both_orders,
        a_block_is_listed_while_it_stands_and_lifted_under_its_revision,
        a_history_is_kept_only_as_it_was_read,
        a_rate_has_one_open_alert_until_its_own_end,
        answers_of_ours_are_bounded_whoever_else_answers,
    ;
}
