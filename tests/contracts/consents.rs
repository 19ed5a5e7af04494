//! Consents as the store writes them.

use domain::consent::{
    Consent, ConsentChannel, ConsentProof, ConsentSource, LawfulBasis, Withdrawal,
};
use domain::ids::{ConsentId, ContactId, TenantId, UserId};
use domain::timestamp::Timestamp;
use store::consents;
use store::table::{Table, WriteError};

fn consent(number: u128, contact: ContactId) -> Consent {
    let at = Timestamp::from_seconds(1_795_339_800);
    Consent {
        id: ConsentId::from_parts(at, number),
        contact,
        channel: ConsentChannel::Email,
        purpose: "newsletter".to_owned(),
        basis: LawfulBasis::Consent,
        source: ConsentSource::Paper,
        proof: ConsentProof::Reference("folder 7".to_owned()),
        given_at: at,
        recorded_at: at,
        recorded_by: UserId::from_bits(1),
        withdrawn: None,
    }
}

pub async fn a_consent_is_withdrawn_once_and_read_with_all_ids_of_its_record(table: &dyn Table) {
    let tenant = TenantId::from_bits(0xC0_5E_17);
    let ids = [ContactId::from_bits(1), ContactId::from_bits(2)];
    let (one, two) = (consent(1, ids[0]), consent(2, ids[1]));
    for given in [&one, &two] {
        table.write(consents::create(tenant, given).unwrap()).await.unwrap();
        let again = table.write(consents::create(tenant, given).unwrap()).await;
        assert!(matches!(again, Err(WriteError::ConditionFailed(Some(_)))));
    }
    let at = Timestamp::from_seconds(1_795_400_000);
    let by = UserId::from_bits(2);
    let withdrawal = Withdrawal { at, recorded_at: at, recorded_by: by, note: None };
    table.write(consents::withdraw(tenant, &two, &withdrawal).unwrap()).await.unwrap();
    let later = Withdrawal { recorded_by: UserId::from_bits(3), ..withdrawal.clone() };
    let again = table.write(consents::withdraw(tenant, &two, &later).unwrap()).await;
    assert!(matches!(again, Err(WriteError::ConditionFailed(Some(_)))));
    let missing = consents::withdraw(tenant, &consent(3, ids[0]), &later).unwrap();
    assert!(matches!(table.write(missing).await, Err(WriteError::ConditionFailed(None))));

    let withdrawn = Consent { withdrawn: Some(withdrawal), ..two };
    let (first, next) = consents::page(table, tenant, &ids, 1, None).await.unwrap();
    assert_eq!(first, std::slice::from_ref(&withdrawn));
    let (rest, _) = consents::page(table, tenant, &ids, 5, next).await.unwrap();
    assert_eq!(rest, std::slice::from_ref(&one));
    let found = consents::find(table, tenant, &ids, one.id).await.unwrap();
    assert_eq!(found, Some(one));
}
